# 课程。
lessons-title = 课程
lessons-lede = 七节短课，每节都有在真实引擎上运行的互动部分。
