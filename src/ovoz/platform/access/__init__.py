"""The one place where rights are asked: Casbin's policy, compiled into a snapshot, and a guard on every route."""
