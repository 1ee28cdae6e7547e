package dev.understudy.registry.run;

/** Where a run stands, as whoever runs it says. */
public enum RunStatus {
  RUNNING,
  SCHEDULED,
  FINISHED,
  FAILED,
  KILLED
}
