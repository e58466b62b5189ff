import sys

from companion.train.command import main

sys.exit(main())
