package dev.understudy.contracts;

/**
 * What a project, a model, a version, a gateway or an outcome may be called. Names end up in paths,
 * file names, metrics and keys, so they are checked once, here.
 */
public final class Names {
  private static final int LONGEST = 128;

  /** What to tell someone whose name was refused. */
  public static final String RULE =
      "1 to 128 letters, digits, '.', '_' or '-', starting with a letter or a digit";

  private Names() {}

  /** Whether the name is allowed. */
  public static boolean allowed(String name) {
    // By hand: the join asks this several times of every record, and a pattern took a fifth of it.
    int length = name.length();
    if (length == 0 || length > LONGEST || !letterOrDigit(name.charAt(0))) {
      return false;
    }
    for (int i = 1; i < length; i++) {
      char next = name.charAt(i);
      if (!letterOrDigit(next) && next != '.' && next != '_' && next != '-') {
        return false;
      }
    }
    return true;
  }

  private static boolean letterOrDigit(char it) {
    return (it >= 'a' && it <= 'z') || (it >= '0' && it <= '9') || (it >= 'A' && it <= 'Z');
  }
}
