"""Six sprints of a team that reads scanned forms, one file a sprint."""

from demo.work.plan import s44, s45, s46, s47, s48, s49

CHAPTERS = (s44.CHAPTER, s45.CHAPTER, s46.CHAPTER, s47.CHAPTER, s48.CHAPTER, s49.CHAPTER)
