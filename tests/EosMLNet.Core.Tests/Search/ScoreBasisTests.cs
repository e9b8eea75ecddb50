using EosMLNet.Operator;
using EosMLNet.Search;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Search;

public class ScoreBasisTests
{
    [Fact]
    public void Visual_tokens_vary_alike_in_all_directions_and_questions_around_their_mean()
    {
        using var scope = NewDisposeScope();
        using var model = SearchSample.Model(dtype: ScalarType.Float64);
        using var data = SearchSample.Data(model, 40, 1);
        using var basis = ScoreBasis.Of(model, data, data.Rows, 4, ScalarType.Float64);
        var batch = new PackedBatch(data.Rows, model);
        var tokens = data.Images.Get(PackedRow.ImagesOf(data.Rows)).Features.matmul(basis.Whitening);
        var variance = tokens.var(0, unbiased: false);
        Assert.InRange(variance.max().item<double>(), 0.5, 1);
        Assert.True(variance.min().item<double>() > 0.05 * variance.max().item<double>());
        var instructions = batch.Instruction(model.EmbedTokens(batch.TextIds)).matmul(basis.Questions.t());      // (N, r)
        var apart = instructions.sub(instructions.mean([0L], keepdim: true));
        Assert.Equal(4, basis.Questions.size(0));
        Assert.InRange(apart.mul(apart).mean([0L]).max().item<double>(), 0.9, 1);
        // Around the mean, not around nothing: what all questions share says nothing.
        Assert.True(instructions.mean([0L]).abs().max().item<double>() < 1e-8);
    }

    [Fact]
    public void Scores_come_back_as_the_coordinates_they_were_placed_from()
    {
        using var scope = NewDisposeScope();
        using var model = SearchSample.Model(dtype: ScalarType.Float64);
        using var data = SearchSample.Data(model, 20, 1);
        using var basis = ScoreBasis.Of(model, data, data.Rows, 3, ScalarType.Float64);
        var (probe, relevance) = (Numbers.Normal(5, model.HiddenSize), Numbers.Normal(6, 3, model.HiddenSize));
        var (again, form) = basis.Coordinates(basis.Place(probe, relevance));
        Assert.True(again!.allclose(probe, 1e-6, 1e-6));
        Assert.True(form!.allclose(relevance, 1e-6, 1e-6));
        Assert.Equal((null, null), basis.Coordinates(new LearnedScores()));
    }
}
