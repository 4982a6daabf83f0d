"""What ``amisdk top`` shows: the picture of a PBX, how it is kept, and how it is drawn.

``state`` is the picture; ``events`` changes it, ``feed`` brings events and lists from a client;
``view`` says what is shown of it, in ``lines`` of a terminal, and ``screen`` shows them.
"""
