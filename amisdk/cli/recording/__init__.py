"""What ``amisdk record`` and ``amisdk replay`` are made of.

``proxy`` hears what is said, ``masking`` and ``anonymity`` take out of it what is nobody's
business, and ``script`` sorts it into what answers what.
"""
