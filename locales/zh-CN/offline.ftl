# 离线使用，以及网站的新版本。
offline-saving = 正在保存本站，以便离线使用…
offline-ready = 可以离线使用
offline-full = 未能保存供离线使用：浏览器没有足够的空间。联网时一切正常。
offline-unfinished = 尚未保存供离线使用：有文件没有取到，或者网站正在更新。本页会自动再试，下次访问时也会。
offline-unable = 未能保存供离线使用：这个浏览器或这个窗口不允许。联网时一切正常。
offline-asks = 浏览器设置为节省流量，因此没有保存供离线使用。
offline-ask = 保存

offline-update = 新版本已就绪
offline-update-cost = 重新载入后生效。届时这个标签页里载入的内容会丢失：请先下载要保留的内容。
offline-update-run = 重新载入后才能生效，但会中断训练：请先等训练结束，或停止训练。
offline-update-tabs = 本站还在另一个标签页或窗口中打开。请先关闭它，再重新载入：两个版本不能同时运行。
offline-reload = 重新载入
offline-later = 以后再说

offline-model-site = 可离线使用
offline-model-kept = 可离线使用，已保存在此浏览器中
offline-model-later = 载入一次后可离线使用
offline-model-absent = 此浏览器中没有保存：载入需要联网
offline-model-full = 未能保存供离线使用：浏览器没有足够的空间。请删除这里的其他模型，或腾出一些空间。
