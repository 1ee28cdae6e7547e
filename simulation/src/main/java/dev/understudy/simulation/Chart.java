package dev.understudy.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A chart of lines as SVG, readable on light and dark pages.
 *
 * @param title above it
 * @param x the axis below
 * @param y the axis on the left
 * @param lines in the order of drawing
 */
record Chart(String title, Axis x, Axis y, List<Line> lines) {
  private static final int WIDTH = 780;
  private static final int HEIGHT = 400;
  private static final int LEFT = 70;
  private static final int RIGHT = 40;
  private static final int TOP = 46;
  private static final int BOTTOM = 96;
  private static final int LEGEND_ROW = 18;

  /** So that a line along the edge is drawn in its full width. */
  private static final int BEYOND_THE_EDGE = 2;

  /**
   * One axis.
   *
   * @param ticks where a number is written, the first and the last being its ends
   */
  record Axis(String label, List<Double> ticks) {
    Axis {
      ticks = List.copyOf(ticks);
      if (ticks.size() < 2 || ticks.getFirst() >= ticks.getLast()) {
        throw new IllegalArgumentException("ticks %s".formatted(ticks));
      }
    }

    /** A value as a part of the way from the first tick to the last. */
    double part(double value) {
      return (value - ticks.getFirst()) / (ticks.getLast() - ticks.getFirst());
    }
  }

  /** One line, named in the legend. */
  record Line(String name, Stroke stroke, List<Point> points) {
    Line {
      points = List.copyOf(points);
    }

    /** A straight line from one end of the axis to the other. */
    static Line level(String name, Stroke stroke, Axis x, double y) {
      return new Line(
          name,
          stroke,
          List.of(new Point(x.ticks().getFirst(), y), new Point(x.ticks().getLast(), y)));
    }
  }

  /** How a line is drawn; tells apart without colours too. */
  enum Stroke {
    OURS("#0b7285", "", 2),
    NAIVE("#c92a2a", "6 3", 1.5),
    THRESHOLD("#868e96", "2 3", 1.5),
    TRUTH("#e67700", "10 4", 1.5);

    private final String colour;
    private final String dashes;
    private final double width;

    Stroke(String colour, String dashes, double width) {
      this.colour = colour;
      this.dashes = dashes;
      this.width = width;
    }

    private String attributes() {
      return "fill=\"none\" stroke=\"%s\" stroke-width=\"%s\"%s"
          .formatted(
              colour, width, dashes.isEmpty() ? "" : " stroke-dasharray=\"%s\"".formatted(dashes));
    }
  }

  /** A point in the axes' own units. */
  record Point(double x, double y) {}

  Chart {
    lines = List.copyOf(lines);
  }

  /** The whole document. */
  String svg() {
    List<String> parts = new ArrayList<>();
    parts.add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" "
                .formatted(WIDTH, HEIGHT)
            + "font-size=\"13\" role=\"img\">");
    parts.add("<title>%s</title>".formatted(escaped(title)));
    parts.add("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>");
    parts.add(text(LEFT, 26, "start", title, " font-weight=\"bold\" font-size=\"15\""));
    axes(parts);
    // A line leaves the chart where its values do; along the edge it would tell of values it never
    // had.
    parts.add(
        "<clipPath id=\"plot\"><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/></clipPath>"
            .formatted(
                LEFT - BEYOND_THE_EDGE,
                TOP - BEYOND_THE_EDGE,
                WIDTH - LEFT - RIGHT + 2 * BEYOND_THE_EDGE,
                HEIGHT - TOP - BOTTOM + 2 * BEYOND_THE_EDGE));
    parts.add("<g clip-path=\"url(#plot)\">");
    for (Line line : lines) {
      parts.add("<polyline points=\"%s\" %s/>".formatted(points(line), line.stroke().attributes()));
    }
    parts.add("</g>");
    legend(parts);
    parts.add("</svg>");
    return String.join("\n", parts) + "\n";
  }

  private void axes(List<String> parts) {
    for (double tick : y.ticks()) {
      double at = vertical(tick);
      parts.add(
          "<line x1=\"%d\" x2=\"%d\" y1=\"%s\" y2=\"%s\" stroke=\"#dee2e6\"/>"
              .formatted(LEFT, WIDTH - RIGHT, number(at), number(at)));
      parts.add(text(LEFT - 8, at + 4, "end", label(tick), ""));
    }
    for (double tick : x.ticks()) {
      parts.add(text(horizontal(tick), HEIGHT - BOTTOM + 18, "middle", label(tick), ""));
    }
    parts.add(text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - BOTTOM + 36, "middle", x.label(), ""));
    double middle = (TOP + HEIGHT - BOTTOM) / 2.0;
    parts.add(
        text(
            18,
            middle,
            "middle",
            y.label(),
            " transform=\"rotate(-90 18 %s)\"".formatted(number(middle))));
  }

  private void legend(List<String> parts) {
    int columns = 2;
    for (int i = 0; i < lines.size(); i++) {
      double left = LEFT + (i % columns) * (WIDTH - LEFT - RIGHT) / (double) columns;
      double at = HEIGHT - BOTTOM + 58 + (i / columns) * LEGEND_ROW;
      parts.add(
          "<line x1=\"%s\" x2=\"%s\" y1=\"%s\" y2=\"%s\" %s/>"
              .formatted(
                  number(left),
                  number(left + 28),
                  number(at - 4),
                  number(at - 4),
                  lines.get(i).stroke().attributes()));
      parts.add(text(left + 36, at, "start", lines.get(i).name(), ""));
    }
  }

  private String points(Line line) {
    StringBuilder points = new StringBuilder();
    for (Point point : line.points()) {
      points
          .append(number(horizontal(point.x())))
          .append(',')
          .append(number(vertical(point.y())))
          .append(' ');
    }
    return points.toString().strip();
  }

  private double horizontal(double value) {
    return LEFT + x.part(value) * (WIDTH - LEFT - RIGHT);
  }

  private double vertical(double value) {
    return HEIGHT - BOTTOM - y.part(value) * (HEIGHT - TOP - BOTTOM);
  }

  private static String text(double x, double y, String anchor, String words, String more) {
    return "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\" fill=\"#212529\"%s>%s</text>"
        .formatted(number(x), number(y), anchor, more, escaped(words));
  }

  private static String label(double tick) {
    return tick == Math.rint(tick)
        ? String.format(Locale.ROOT, "%,.0f", tick)
        : String.format(Locale.ROOT, "%.3g", tick).replaceFirst("0+$", "");
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  private static String escaped(String words) {
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
