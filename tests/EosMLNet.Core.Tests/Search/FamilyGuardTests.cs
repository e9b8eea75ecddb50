using EosMLNet.Search;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Search;

public class FamilyGuardTests
{
    [Fact]
    public void Only_a_family_beyond_its_limit_pulls_and_ever_harder()
    {
        using var scope = NewDisposeScope();
        using var model = SearchSample.Model();
        using var data = SearchSample.Data(model, 4, 3);
        var batch = new PackedBatch(data.Rows, model);
        var guard = new FamilyGuard([0.9, 0.5], 0.1);
        var low = Gradient(0.5);
        Assert.All(batch.Families.Zip(low), x => Assert.Equal(0, x.Second)); // the running mean has hardly moved: 0.88 is within the limit
        for (var i = 0; i < 60; i++)
            Gradient(0.5);
        var before = Gradient(0.5);
        guard.Update();
        var after = Gradient(0.5);
        Assert.All(batch.Families.Zip(before, after), x => Assert.True(x.First == 0 ? x.Third < x.Second && x.Second < 0 : x is (_, 0, 0)));
        Assert.True(guard.Multipliers[0] > 0 && guard.Multipliers[1] == 0);

        var other = new FamilyGuard([0.9, 0.5], 0.1);
        other.Restore([.. guard.Probabilities], [.. guard.Multipliers]);
        Assert.Equal(guard.Probabilities, other.Probabilities);
        Assert.Equal(guard.Multipliers, other.Multipliers);

        float[] Gradient(double probability)
        {
            using var inner = NewDisposeScope();
            var probabilities = EosMLNet.Tensors.Scalars.Full(probability, [batch.Questions], ScalarType.Float32).requires_grad_();
            guard.Terms(batch.Families, probabilities).backward();
            return probabilities.grad is { } gradient ? [.. gradient.data<float>()] : new float[batch.Questions];
        }
    }

    [Fact]
    public void A_family_without_validation_questions_is_left_alone()
    {
        using var scope = NewDisposeScope();
        using var model = SearchSample.Model();
        using var data = SearchSample.Data(model, 2, 3);
        var batch = new PackedBatch(data.Rows, model);
        var guard = new FamilyGuard([double.NaN, 0.5], 0);
        Assert.True(double.IsFinite(guard.Terms(batch.Families, EosMLNet.Tensors.Scalars.Full(0.1, [batch.Questions], ScalarType.Float32)).item<float>()));
        guard.Update();
        Assert.Equal(0, guard.Multipliers[0]);
    }
}
