"""Cards, pages, forms and buttons of community events; never SQL, never HTTP."""
