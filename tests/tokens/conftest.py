"""Settings of every run."""

import gc

# The answers are millions of lists without cycles; looking through them for cycles took a third of a long run.
gc.disable()
