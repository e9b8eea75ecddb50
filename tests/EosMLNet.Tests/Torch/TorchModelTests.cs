using EosMLNet.Engines;
using Microsoft.ML;

namespace EosMLNet.Tests.Torch;

public sealed class TorchModelTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    private readonly MLContext ml = new(seed: 1);

    [Fact]
    public void Each_token_is_told_when_it_comes_and_they_are_those_of_the_answers()
    {
        using var model = tiny.Fit(ml);
        var queries = tiny.Rows.Take(3)
            .Select(row => new Query([RgbImage.Decode(Path.Combine(tiny.ImageFolder, row.ImagePath))], row.Question)).ToArray();
        var told = queries.Select(_ => new List<int>()).ToArray();

        var generated = TinyModel.Torch(model.LastTransformer).Generate(queries, 6, (row, token) => told[row].Add(token));

        Assert.Contains(generated, row => row.Ids.Length > 1);
        Assert.All(told.Zip(generated), row => Assert.Equal(row.Second.Ids, row.First));
        Assert.Equal(
            model.LastTransformer.Engine.Ask(queries).Select(answer => (answer.Text, answer.Score)),
            generated.Select(row => (model.LastTransformer.Engine.Model.Processor.Decode(row.Ids), (float)row.MeanProbability)));
    }
}
