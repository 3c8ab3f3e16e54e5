"""The chat platforms, a folder each, and the terminal. How another is added: "Add a chat platform" in CONTRIBUTING.

A platform gives the flow what `bot.flow.ports` names: gateways, a desk, a transport. It shows what the core says and
knows nothing of how an answer is found or kept; none knows another, and what they have in common is in `bot.chat`.
"""
