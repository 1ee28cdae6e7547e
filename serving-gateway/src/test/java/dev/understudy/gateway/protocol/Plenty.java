package dev.understudy.gateway.protocol;

/** What requests of tests hold that have nothing to do with how much they hold. */
final class Plenty {
  private Plenty() {}

  static InFlightBytes inFlight() {
    return new InFlightBytes(Long.MAX_VALUE, new RequestLimits(1, 4, 1));
  }

  static InFlightBytes.Share share() {
    return inFlight().open();
  }
}
