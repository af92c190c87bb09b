"""`make run`: engines, web, worker and timetable under one supervisor."""
