from bot.text.words import *
from bot.text.words import clean
