from bot.errors import *
from bot.errors import DocumentError, Problem
