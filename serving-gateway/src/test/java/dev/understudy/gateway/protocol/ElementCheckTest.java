package dev.understudy.gateway.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;
import java.util.List;
import java.util.OptionalDouble;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ElementCheckTest {
  @Test
  void notANumberIsAllowedOnlyByTheContract() {
    ElementCheck strict = check(Datatype.FP32, false, false);
    ElementCheck nan = check(Datatype.FP32, false, true);

    refused(() -> strict.number(3, Double.NaN), "input x[3]: NaN is not allowed");
    refused(() -> strict.numberOrMissing(3, Double.NaN), "input x[3]: NaN is not allowed");
    allowed(() -> nan.number(3, Double.NaN));
    allowed(() -> nan.numberOrMissing(3, Double.NaN));
  }

  @Test
  void notANumberSaysMissingOnlyWhereThereIsNoNull() {
    ElementCheck check = check(Datatype.FP32, true, false);

    allowed(() -> check.missing(0));
    allowed(() -> check.numberOrMissing(0, Double.NaN));
    refused(() -> check.number(0, Double.NaN), "say null for a missing value");
  }

  @Test
  void aValueMayBeMissingOnlyWhereTheContractSaysSo() {
    ElementCheck strict = check(Datatype.BYTES, false, false);
    ElementCheck lenient = check(Datatype.BYTES, true, false);

    refused(() -> strict.missing(0), "input x[0]: the value must not be missing");
    refused(() -> strict.text(1, ""), "input x[1]: the value must not be missing");
    refused(() -> strict.bytes(2, new byte[0]), "input x[2]: the value must not be missing");
    allowed(() -> lenient.text(1, ""));
    allowed(() -> lenient.bytes(1, new byte[0]));
  }

  @ParameterizedTest
  @EnumSource(names = {"FP16", "BF16", "FP32", "FP64"})
  void theInfiniteIsRefused(Datatype datatype) {
    ElementCheck check = check(datatype, true, true);

    refused(() -> check.number(0, Double.POSITIVE_INFINITY), "is outside " + datatype);
    refused(() -> check.numberOrMissing(0, Double.NEGATIVE_INFINITY), "is outside " + datatype);
  }

  @Test
  void aNumberThatIsInfiniteInFp32IsRefused() {
    refused(() -> check(Datatype.FP32, false, false).number(0, 1e39), "outside FP32");
    allowed(() -> check(Datatype.FP64, false, false).number(0, 1e39));
  }

  @ParameterizedTest
  @CsvSource({
    "BOOL,0,1",
    "INT8,-128,127",
    "UINT8,0,255",
    "INT16,-32768,32767",
    "UINT16,0,65535",
    "INT32,-2147483648,2147483647",
    "UINT32,0,4294967295"
  })
  void aWholeNumberIsHeldToItsType(Datatype datatype, long least, long most) {
    ElementCheck check = check(datatype, false, false);

    allowed(() -> check.integer(0, least));
    allowed(() -> check.integer(0, most));
    refused(() -> check.integer(0, least - 1), "the number is outside " + datatype);
    refused(() -> check.integer(0, most + 1), "the number is outside " + datatype);
  }

  @Test
  void theDomainIsHeld() {
    ElementCheck check = new ElementCheck(limited(Datatype.INT32, 1, 9));

    allowed(() -> check.integer(0, 1));
    allowed(() -> check.integer(0, 9));
    refused(() -> check.integer(0, 0), "input x[0]: the least that is allowed is 1");
    refused(() -> check.integer(0, 10), "input x[0]: the most that is allowed is 9");
  }

  @Test
  void theBitsOfALargeUnsignedNumberAreNoNegativeNumber() {
    ElementCheck check = new ElementCheck(limited(Datatype.UINT64, 0, 1e19));

    allowed(() -> check.integer(0, Long.MIN_VALUE));
    refused(() -> check.integer(0, -1), "the most that is allowed is 1.0E19");
  }

  @ParameterizedTest
  @CsvSource({"FP16,0.0999755859375", "BF16,0.10009765625", "FP32,0.10000000149011612", "FP64,0.1"})
  void aLimitIsAsPreciseAsTheElements(Datatype datatype, double nearestToATenth) {
    ElementCheck check = new ElementCheck(limited(datatype, 0.1, 0.1));

    allowed(() -> check.numberOrMissing(0, nearestToATenth));
    refused(() -> check.numberOrMissing(0, 0.09), "the least that is allowed is 0.1");
    refused(() -> check.numberOrMissing(0, 0.11), "the most that is allowed is 0.1");
  }

  @Test
  void aTextIsOneOfTheCategories() {
    ElementCheck check = new ElementCheck(Column.category("x", false, "ö", "b"));

    allowed(() -> check.text(0, "ö"));
    allowed(() -> check.bytes(0, "ö".getBytes(UTF_8)));
    refused(() -> check.text(0, "c"), "input x[0]: 'c' is none of the categories [ö, b]");
    refused(() -> check.bytes(0, new byte[] {-1}), "none of the categories");
    allowed(() -> check(Datatype.BYTES, false, false).bytes(0, new byte[] {-1}));
  }

  private static void allowed(ThrowingCallable element) {
    assertThatCode(element).doesNotThrowAnyException();
  }

  private static void refused(ThrowingCallable element, String reason) {
    assertThatThrownBy(element).isInstanceOf(RequestRefused.class).hasMessageContaining(reason);
  }

  private static ElementCheck check(Datatype datatype, boolean mayBeMissing, boolean mayBeNan) {
    return new ElementCheck(
        new Column(
            "x",
            datatype,
            List.of(-1L),
            mayBeMissing,
            mayBeNan,
            List.of(),
            OptionalDouble.empty(),
            OptionalDouble.empty()));
  }

  private static Column limited(Datatype datatype, double least, double most) {
    return new Column(
        "x",
        datatype,
        List.of(-1L),
        false,
        false,
        List.of(),
        OptionalDouble.of(least),
        OptionalDouble.of(most));
  }
}
