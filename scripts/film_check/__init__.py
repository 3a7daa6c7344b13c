"""What scripts/train_film_check.py is made of."""
