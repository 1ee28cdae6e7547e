package dev.understudy.gateway.routing;

/** What a route makes of a request. */
public sealed interface Planned permits RoutePlan, Planned.Refused {

  /** It cannot be assigned as a whole; the reason names the value and the way out. */
  record Refused(String reason) implements Planned {}
}
