package dev.understudy.collector.comparison;

/**
 * How a unit came by its label, or not.
 *
 * @param probability with which its label was drawn, in (0, 1]; 1 where labels are not drawn
 * @param spoiled a label came that cannot be used, which is not the same as none
 */
public record LabelDraw(double probability, boolean spoiled) {
  /** Whoever has a label has it for certain. */
  public static final LabelDraw CERTAIN = new LabelDraw(1, false);

  /** A label came, and cannot be used. */
  public static final LabelDraw SPOILED = new LabelDraw(1, true);

  public LabelDraw {
    if (!(probability > 0 && probability <= 1)) {
      throw new IllegalArgumentException(
          "a labelling probability of %s is not above 0 and up to 1".formatted(probability));
    }
  }

  /** How many units this one stands for. */
  double weight() {
    return 1 / probability;
  }
}
