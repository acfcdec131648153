"""SIP over UDP: transactions, dialogs and one socket; messages and SDP come from `aiosipua`.

Only the message model of `aiosipua` is used. Its user agents send a request once, do not acknowledge a refusal
and forget a cancelled call, so against a real switch they would lose calls under load.
"""
