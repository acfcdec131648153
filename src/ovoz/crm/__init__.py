"""The CRM: subscribers now; offers, tickets, accounts, messaging and knowledge will live here."""
