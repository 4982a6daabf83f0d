"""Many actions under random faults: what is promised must hold; the figures are written down."""
