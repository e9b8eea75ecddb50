using EosMLNet.Runtime;
using EosMLNet.Search;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Search;

public class AugmentedLagrangianTests
{
    // min (x − 3)² with x ≤ 1: the optimum is x = 1, λ = 4.
    [Fact]
    public void A_binding_constraint_is_met_with_its_multiplier()
    {
        var (x, multiplier) = Minimise(limit: 1);
        Assert.Equal(1, x, 0.01);
        Assert.Equal(4, multiplier, 0.1);
    }

    // min (x − 3)² with x ≤ 5: the constraint is slack and must not pull at all.
    [Fact]
    public void Slack_is_free()
    {
        var (x, multiplier) = Minimise(limit: 5);
        Assert.Equal(3, x, 3);
        Assert.Equal(0, multiplier);
    }

    [Fact]
    public void Each_constraint_has_its_own_multiplier()
    {
        using var scope = NewDisposeScope();
        var method = new AugmentedLagrangian(2, penalty: 1);
        method.Update(0.5, -0.5);
        Assert.Equal([0.5, 0], method.Multipliers);
        Assert.Equal((1.5 * 1.5 - 0.25) / 2, method.Terms(tensor(1.0), tensor(-1.0)).item<double>(), 12);
    }

    private static (double X, double Multiplier) Minimise(double limit)
    {
        using var scope = NewDisposeScope();
        var method = new AugmentedLagrangian(1, penalty: 1);
        var x = 0.0;
        for (var block = 0; block < 20; block++)
        {
            for (var step = 0; step < 60; step++)
            {
                using var inner = NewDisposeScope();
                var at = tensor(x).requires_grad_();
                at.Plus(-3).Power(2).Plus(method.Terms(at.Plus(-limit))).backward();
                x -= 0.5 / (2 + method.Penalty) * at.grad!.item<double>();
            }
            method.Update(x - limit);
        }
        return (x, method.Multipliers[0]);
    }
}
