using EosMLNet.Evaluation;

namespace EosMLNet.Tests.Evaluation;

public class AccuracyGateTests
{
    [Theory]
    [InlineData(0.99, 0.98, 0.01)] // rounds to more than the limit
    [InlineData(0.5, 0.6, 0.0)]
    [InlineData(1.0, 0.0, null)]
    public void A_fall_up_to_the_limit_passes(double before, double after, double? limit) =>
        AccuracyGate.Check("Accuracy", before, after, 100, limit, "MaxAccuracyDrop", "Allow more.");

    [Fact]
    public void A_further_fall_is_EOS3003_with_both_accuracies_and_the_limit()
    {
        var fault = Assert.Throws<EosException>(() => AccuracyGate.Check("Accuracy", 0.99, 0.97, 100, 0.01, "MaxAccuracyDrop", "Allow more."));

        Assert.Equal(EosErrors.AccuracyGate, fault.Code);
        Assert.Contains("Accuracy falls by 0.0200, from 0.9900 to 0.9700 over 100 questions; MaxAccuracyDrop allows 0.01. Allow more.", fault.Message, StringComparison.Ordinal);
    }
}
