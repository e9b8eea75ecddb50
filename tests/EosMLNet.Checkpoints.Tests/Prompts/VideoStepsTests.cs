namespace EosMLNet.Tests.Prompts;

public sealed class VideoStepsTests
{
    // As Python's f"{seconds:.1f}" writes them.
    [Theory]
    [InlineData(0, "0.0")]
    [InlineData(0.25, "0.2")]
    [InlineData(0.75, "0.8")]
    [InlineData(1, "1.0")]
    [InlineData(1.25, "1.2")]
    [InlineData(2.75, "2.8")]
    [InlineData(3, "3.0")]
    [InlineData(4.25, "4.2")]
    [InlineData(12.25, "12.2")]
    [InlineData(0.2501, "0.3")]
    [InlineData(0.05, "0.1")]
    [InlineData(1234.5, "1234.5")]
    public void A_time_has_one_decimal_and_half_a_tenth_goes_to_the_even_one(double seconds, string expected) =>
        Assert.Equal(expected, VideoSteps.Tenths(seconds));
}
