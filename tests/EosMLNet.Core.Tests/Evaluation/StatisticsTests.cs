using EosMLNet.Evaluation;

namespace EosMLNet.Tests.Evaluation;

public class StatisticsTests
{
    [Theory]
    [InlineData(7.0, 7.0)]
    [InlineData(3.0, 5.0, 1.0)]
    [InlineData(2.0, 3.0, 1.0, 2.0)]
    [InlineData(2.5, 4.0, 1.0, 3.0, 2.0)]
    [InlineData(2.0, 2.0, 100.0, -100.0, 1.0, 2.5)]
    public void A_median_is_the_middle_one_or_the_mean_of_the_two_in_the_middle(double median, params double[] values) =>
        Assert.Equal(median, Statistics.Median(values));
}
