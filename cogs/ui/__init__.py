"""Views, modals, cards and buttons; never SQL, never HTTP."""
