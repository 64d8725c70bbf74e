# Use without a network, and newer builds of the site.
offline-saving = Saving this site for use without a network…
offline-ready = Ready to work offline
offline-full = Not kept for offline use: the browser has no room for it. With a network, everything works.
offline-unfinished = Not kept for offline use yet: a file could not be fetched, or the site is being updated. This page tries again by itself, and so does the next visit.
offline-unable = Not kept for offline use: this browser, or this window, does not allow it. With a network, everything works.
offline-asks = Not kept for offline use, as this browser is set to save data.
offline-ask = Keep it

offline-update = A new version is ready
offline-update-cost = Reload to use it. What is loaded in this tab is lost then: download what you want to keep first.
offline-update-run = Using it needs a reload, which would end the run: finish or stop it first.
offline-update-tabs = This site is open in another tab or window too. Close it there, then reload: two versions cannot run together.
offline-reload = Reload
offline-later = Later

offline-model-site = Works offline
offline-model-kept = Works offline, kept in this browser
offline-model-later = Works offline once loaded
offline-model-absent = Not kept in this browser: loading it needs a network
offline-model-full = Not kept for offline use: the browser has no room for it. Remove other models here, or free some space.
