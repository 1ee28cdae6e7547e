package dev.understudy.gateway.journal;

/**
 * How far the spool was sent and acknowledged: everything before this byte of this segment. Fits
 * into one long, so that it is written at once.
 *
 * @param segment its number; 0: nothing was
 */
record SpoolMark(long segment, long position) {
  private static final int POSITION_BITS = 32;

  SpoolMark {
    if (segment < 0
        || segment > Integer.MAX_VALUE
        || position < 0
        || position >> POSITION_BITS != 0) {
      throw new IllegalArgumentException("no mark at byte %d of %d".formatted(position, segment));
    }
  }

  static SpoolMark of(long written) {
    return new SpoolMark(written >>> POSITION_BITS & Integer.MAX_VALUE, written & 0xFFFF_FFFFL);
  }

  long written() {
    return segment << POSITION_BITS | position;
  }

  /** Where the records of that segment begin that were not yet acknowledged. */
  long within(long number) {
    return number == segment ? position : 0;
  }
}
