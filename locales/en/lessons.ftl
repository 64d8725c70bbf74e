# The lessons.
lessons-title = Lessons
lessons-lede = Seven short lessons with live parts that run on the real engine.
