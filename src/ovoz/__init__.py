"""Ovoz: contact centre and CRM in one for mobile operators."""
