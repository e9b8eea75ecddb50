using Microsoft.ML;
using Microsoft.ML.Data;

namespace EosMLNet.Tests.Answering;

public sealed class AsyncAnswerTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    private const string Question = "what colour is it?";

    private readonly MLContext ml = new(seed: 1);

    [Fact]
    public async Task An_answer_and_its_pieces_are_those_of_a_row()
    {
        using var model = tiny.Fit(ml);
        var rows = TinyModel.Answers(ml, model.Transform(tiny.Data(ml)));
        using var image = ml.VisionLanguage().LoadImage(Path.Combine(tiny.ImageFolder, tiny.Rows[0].ImagePath));

        var answer = await model.LastTransformer.AnswerAsync([image], tiny.Rows[0].Question);
        var pieces = new List<string>();
        await foreach (var piece in model.LastTransformer.StreamAsync([image], tiny.Rows[0].Question))
            pieces.Add(piece);

        Assert.Equal((rows[0].PredictedAnswer, rows[0].VisualTokens), (answer.Text, answer.VisualTokens));
        Assert.Equal(rows[0].Score, answer.Score, 1e-5f); // a batch rounds otherwise
        Assert.Equal(answer.Text, string.Concat(pieces));
        Assert.True(pieces.Count > 1, $"{pieces.Count} pieces");
    }

    [Fact]
    public async Task Without_an_image_the_answer_is_empty_as_a_row_s_is()
    {
        using var model = tiny.Fit(ml);

        var answer = await model.LastTransformer.AnswerAsync([], Question);

        Assert.Equal(("", float.NaN), (answer.Text, answer.Score));
        await foreach (var piece in model.LastTransformer.StreamAsync([], Question))
            Assert.Fail(piece);
    }

    [Fact]
    public async Task What_was_cancelled_gives_no_answer_and_a_reader_may_leave()
    {
        using var model = tiny.Fit(ml);
        using var image = TinyModel.Noise(1);
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => model.LastTransformer.AnswerAsync([image], Question, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var piece in model.LastTransformer.StreamAsync([image], Question, cancelled))
                Assert.Fail(piece);
        });
        await foreach (var _ in model.LastTransformer.StreamAsync([image], Question))
            break;
        Assert.NotEqual("", (await model.LastTransformer.AnswerAsync([image], Question)).Text);
    }

    [Fact]
    public async Task A_disposed_model_says_so()
    {
        var model = tiny.Fit(ml);
        using var image = TinyModel.Noise(1);
        model.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => model.LastTransformer.AnswerAsync([image], Question));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () =>
        {
            await foreach (var piece in model.LastTransformer.StreamAsync([image], Question))
                Assert.Fail(piece);
        });
    }
}
