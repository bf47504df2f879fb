"""The face on paper: each module renders one value of `creditdesk` as the bytes of a PDF."""
