"""creditdesk: preferential loans of a social policy bank, from draw to portfolio statement."""
