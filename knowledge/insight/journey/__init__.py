"""The customer journey, pure: touches over every channel and device, and what is counted on them."""
