package dev.understudy.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.contracts.ProblemType;
import org.junit.jupiter.api.Test;

class InFlightBytesTest {
  private final InFlightBytes all = new InFlightBytes(100, new RequestLimits(100, 4, 1));

  @Test
  void whatOneRequestHoldsAnotherCannotHave() {
    InFlightBytes.Share first = all.open();
    InFlightBytes.Share second = all.open();

    first.take(60);

    assertThatThrownBy(() -> second.take(41))
        .isInstanceOfSatisfying(
            RequestRefused.class,
            refused -> assertThat(refused.problem()).isEqualTo(ProblemType.OVERLOADED));
    second.leave();
    assertThat(all.held()).isEqualTo(60);
    first.leave();
    assertThat(all.held()).isZero();
  }

  @Test
  void whatIsLargerOnTheHeapCountsAsThat() {
    InFlightBytes.Share share = all.open();
    share.take(10);

    share.cover(8);
    assertThat(all.held()).isEqualTo(10);
    share.cover(80);
    assertThat(all.held()).isEqualTo(80);
    assertThatThrownBy(() -> all.open().cover(21)).isInstanceOf(RequestRefused.class);
    share.leave();
    share.cover(50);
    assertThat(all.held()).isEqualTo(21);
  }

  @Test
  void anAnswerIsNotRefusedAndKeepsOthersOut() {
    InFlightBytes.Share answered = all.open();
    answered.take(10);
    answered.answer(200);

    assertThat(all.held()).isEqualTo(210);
    assertThatThrownBy(() -> all.open().take(1)).isInstanceOf(RequestRefused.class);
  }

  @Test
  void aRequestIsOverWhenItsLastUserHasLeft() {
    InFlightBytes.Share shared = all.open();
    shared.take(10);
    shared.enter();

    shared.leave();
    assertThat(all.held()).isEqualTo(10);
    shared.leave();
    shared.leave();
    assertThat(all.held()).isZero();

    shared.take(10);
    shared.answer(10);
    assertThat(all.held()).isZero();
  }

  @Test
  void theSumIsAtLeastWhatOneMayHave() {
    assertThatThrownBy(() -> new InFlightBytes(99, new RequestLimits(100, 4, 1)))
        .hasMessageContaining("99 bytes in flight are less than the 100");
  }
}
