"""The one place where rights are asked: Casbin's policy, compiled once, and a guard on every route."""
