using EosMLNet.Search;

namespace EosMLNet.Tests.Search;

public class ConstraintMultipliersTests
{
    // min Σ (k − 3)² with g = Σ k / 4 − 1 ≤ 0 has its optimum at k = 2, λ = 4·2.
    [Fact]
    public void Descent_with_its_prices_finds_the_constrained_optimum_and_the_multiplier()
    {
        var multipliers = new ConstraintMultipliers(1, 2);
        double[] k = [3.5, 0.5], g = [0.25, 0.25];
        for (var step = 0; step < 400; step++)
        {
            double[] gradient = [.. k.Select((x, i) => 2 * (x - 3) + multipliers.Values[0] * g[i])];
            multipliers.Update(gradient, [g], [k.Sum() / 4 - 1]);
            var mean = gradient.Average(); // the step along the constraint; what leaves it is projected away
            k = [.. k.Select((x, i) => x - 0.05 * (gradient[i] - mean))];
        }
        Assert.All(k, x => Assert.Equal(2, x, 3));
        Assert.Equal(8, multipliers.Values[0], 3);
    }

    [Fact]
    public void Slack_is_free_and_fewer_tokens_are_not_rewarded()
    {
        var multipliers = new ConstraintMultipliers(2, 2);
        for (var step = 0; step < 50; step++)
            multipliers.Update([-1, -1], [[1, 0], [0, 1]], [0, -0.2]);
        Assert.True(multipliers.Values[0] > 0);
        Assert.Equal(0, multipliers.Values[1]); // the second limit is not reached
        for (var step = 0; step < 200; step++)
            multipliers.Update([1, 1], [[1, 0], [0, 1]], [0, 0]);
        Assert.All(multipliers.Values, x => Assert.Equal(0, x));
    }

    [Fact]
    public void Two_reached_limits_share_the_price_without_a_negative_part()
    {
        var multipliers = new ConstraintMultipliers(2, 2);
        for (var step = 0; step < 300; step++)
        {
            var (a, b) = (multipliers.Values[0], multipliers.Values[1]);
            multipliers.Update([-3 + a, -1 + a + b], [[1, 1], [0, 1]], [0, 0]); // λ = (2, −1) without the signs; (2, 0) with them
        }
        Assert.Equal(2, multipliers.Values[0], 2);
        Assert.Equal(0, multipliers.Values[1], 6);
    }

    [Fact]
    public void It_goes_on_from_its_state()
    {
        var (one, other) = (new ConstraintMultipliers(1, 2), new ConstraintMultipliers(1, 2));
        one.Update([-1, -2], [[1, 1]], [0]);
        other.Restore([.. one.Values], [.. one.Gradient]);
        one.Update([-1, -2], [[1, 1]], [0]);
        other.Update([-1, -2], [[1, 1]], [0]);
        Assert.Equal(one.Values, other.Values);
        Assert.Equal(one.Gradient, other.Gradient);
    }
}
