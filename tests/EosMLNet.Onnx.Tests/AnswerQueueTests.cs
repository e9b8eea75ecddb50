using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using EosMLNet.Onnx;

namespace EosMLNet.Tests.Onnx;

/// <summary>Questions of many callers, answered together.</summary>
public sealed class AnswerQueueTests : IDisposable
{
    private static readonly string[] Questions =
        ["what colour is the circle", "how many red shapes are there", "is there a blue square", "what is the number", "what shape is green"];

    private readonly OnnxModel model = OnnxModel.Load(Repository.At("samples", "ScenesVqa", "scenes-llava"));

    public void Dispose() => model.Dispose();

    [Fact]
    public async Task Answers_of_many_at_once_are_those_of_each_alone()
    {
        var rows = Enumerable.Range(0, 40).Select(Row).ToArray();
        var alone = rows.Select(row => model.Generate([row], 8)[0]).ToArray();
        await using var queue = new AnswerQueue(model, new AnswerQueueOptions { MaxBatch = 8, MaxWait = TimeSpan.FromMilliseconds(20) });
        var together = await Task.WhenAll(rows.Select(row => Task.Run(() => queue.Ask(row.Question, row.Images, 8).Completion)));
        Assert.Equal(alone.Select(answer => answer.Ids), together.Select(answer => answer.Ids));
        Assert.Equal(alone.Select(answer => model.Processor!.Decode(answer.Ids)), together.Select(answer => answer.Text));
        Assert.All(alone.Zip(together), pair => Assert.Equal(pair.First.MeanProbability, pair.Second.MeanProbability, 1e-4));
        Assert.All(together, answer => Assert.InRange(answer.BatchSize, 1, 8));
        Assert.Contains(together, answer => answer.BatchSize == 8);
    }

    [Fact]
    public async Task Each_gets_the_tokens_that_it_asked_for_and_the_text_as_it_comes()
    {
        await using var queue = Held();
        var asked = Enumerable.Range(1, 4).Select(most => queue.Ask(Questions[3], [SampleImages.Of(3, 96)], most)).ToArray();
        await queue.DisposeAsync(); // lets the batch go
        var texts = await Task.WhenAll(asked.Select(async one => string.Concat(await one.ReadAsync().ToArrayAsync())));
        var answers = await Task.WhenAll(asked.Select(one => one.Completion));
        var whole = model.Generate([([SampleImages.Of(3, 96)], Questions[3])], 4)[0].Ids;
        Assert.All(answers.Index(), x => Assert.Equal(whole.Take(x.Index + 1), x.Item.Ids));
        Assert.All(answers.Index(), x => Assert.Equal(x.Index + 1 <= whole.Length, x.Item.IsCutOff));
        Assert.Equal(answers.Select(answer => answer.Text), texts);
        Assert.All(asked, one => Assert.Equal((144, model.Processor!.EncodePrompt(Questions[3]).Length + 143), (one.VisualTokens, one.PromptTokens)));
    }

    [Fact]
    public async Task One_that_is_cancelled_in_the_queue_frees_its_place_and_changes_nobody()
    {
        await using var queue = Held(maxWaiting: 3);
        using var cancelled = new CancellationTokenSource();
        var first = Ask(queue, 0);
        var second = Ask(queue, 1, cancelled.Token);
        var third = Ask(queue, 2);
        Assert.True(queue.IsFull);
        Expect.Error(EosErrors.QueueFull, () => Ask(queue, 3), "3 questions are waiting");
        cancelled.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.Completion);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await second.ReadAsync().ToArrayAsync());
        Assert.Equal(2, queue.Waiting);
        var fourth = Ask(queue, 3);
        await queue.DisposeAsync(); // lets the batch go
        await AssertAnswered([(0, first), (2, third), (3, fourth)]);
        Assert.Equal(3, (await first.Completion).BatchSize);
    }

    [Fact]
    public async Task One_that_is_cancelled_while_its_batch_runs_ends_and_changes_nobody()
    {
        await using var queue = Held();
        using var cancelled = new CancellationTokenSource();
        using var listener = new MeterListener { InstrumentPublished = (instrument, to) => Enable(instrument, to, "eos.batch.size") };
        listener.SetMeasurementEventCallback<int>((_, count, _, _) =>
        {
            if (count == 3)
                cancelled.Cancel(); // the batch has begun
        });
        listener.Start();
        var first = Ask(queue, 0);
        var second = Ask(queue, 1, cancelled.Token);
        var third = Ask(queue, 2);
        await queue.DisposeAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.Completion);
        await AssertAnswered([(0, first), (2, third)]);
    }

    [Fact]
    public async Task A_batch_that_nobody_waits_for_stops_and_the_next_is_answered()
    {
        await using var queue = new AnswerQueue(model, new AnswerQueueOptions { MaxBatch = 2, MaxWait = TimeSpan.FromMinutes(1) });
        using var cancelled = new CancellationTokenSource();
        using var listener = new MeterListener { InstrumentPublished = (instrument, to) => Enable(instrument, to, "eos.batch.size") };
        listener.SetMeasurementEventCallback<int>((_, _, _, _) => cancelled.Cancel());
        listener.Start();
        var both = new[] { Ask(queue, 0, cancelled.Token), Ask(queue, 1, cancelled.Token) };
        foreach (var one in both)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one.Completion);
        await AssertAnswered([(2, Ask(queue, 2)), (3, Ask(queue, 3))]);
    }

    [Fact]
    public async Task What_is_wrong_with_one_question_is_its_own_fault()
    {
        await using var queue = Held(maxWaiting: 2);
        Expect.Error(EosErrors.ModelInput, () => queue.Ask(string.Join(' ', Enumerable.Repeat("red", 600)), [SampleImages.Of(1, 96)]), "512");
        Expect.Error(EosErrors.ModelInput, () => queue.Ask("<image> and <image>", [SampleImages.Of(1, 96)]), "2 <image>");
        Expect.Error(EosErrors.InvalidOption, () => queue.Ask("what", [SampleImages.Of(1, 96)], 0), "0 new tokens");
        Assert.Equal(0, queue.Waiting);
        var good = Ask(queue, 0);
        await queue.DisposeAsync();
        await AssertAnswered([(0, good)]);
    }

    [Fact]
    public async Task Under_a_plan_for_other_weights_nobody_gets_a_piece_of_an_answer()
    {
        using var other = OnnxModel.Load(Repository.At("samples", "ScenesVqa", "scenes-llava"),
            ReductionPlan.Identity(model.Plan.Model with { Identity = new ModelFingerprint("sha256:" + new string('0', 64)) }));
        await using var queue = new AnswerQueue(other);
        var asked = new[] { Ask(queue, 0), Ask(queue, 1) };
        foreach (var one in asked)
        {
            Assert.Equal(EosErrors.PlanMismatch, (await Assert.ThrowsAsync<EosException>(() => one.Completion)).Code);
            Assert.Equal(EosErrors.PlanMismatch, (await Assert.ThrowsAsync<EosException>(async () => await one.ReadAsync().FirstOrDefaultAsync())).Code);
        }
    }

    [Fact]
    public async Task A_closed_queue_has_answered_all_that_it_accepted_and_takes_no_more()
    {
        var queue = Held();
        var asked = Enumerable.Range(0, 20).Select(i => (i, Ask(queue, i))).ToArray();
        await queue.DisposeAsync();
        Assert.All(asked, one => Assert.True(one.Item2.Completion.IsCompletedSuccessfully));
        await AssertAnswered(asked);
        Assert.True(queue.IsClosed);
        Expect.Error(EosErrors.QueueFull, () => Ask(queue, 0), "closed");
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(1, 1, -1)]
    public void Options_out_of_range_are_EOS1013(int batch, int most, int milliseconds) => Expect.Error(EosErrors.InvalidOption,
        () => new AnswerQueue(model, new AnswerQueueOptions { MaxBatch = batch, MaxWaiting = most, MaxWait = TimeSpan.FromMilliseconds(milliseconds) }), "expected");

    [Fact]
    public async Task The_meter_tells_batches_tokens_and_times()
    {
        var told = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, to) => Enable(instrument, to) };
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => told.AddOrUpdate(instrument.Name, value, (_, old) => old + value));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => told.AddOrUpdate($"{instrument.Name} {(tags.Length > 0 ? tags[0].Value : "")}", value, (_, old) => old + value));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => told.AddOrUpdate($"{instrument.Name} {(tags.Length > 0 ? tags[0].Value : "")}", 1, (_, old) => old + 1));
        listener.Start();
        var queue = Held(maxWaiting: 3);
        var asked = Enumerable.Range(0, 3).Select(i => Ask(queue, i)).ToArray();
        Expect.Error(EosErrors.QueueFull, () => Ask(queue, 3));
        listener.RecordObservableInstruments();
        await queue.DisposeAsync();
        var answers = await Task.WhenAll(asked.Select(one => one.Completion));
        // Other tests' queues have the same meter: at least.
        Assert.All(
            [("eos.queue.length", 3), ("eos.queue.refused ", 1), ("eos.batch.size", 3), ("eos.queue.wait ", 3), ("eos.answer.duration answered", 3), ("eos.tokens visual", 3 * 144),
                ("eos.tokens prompt", asked.Sum(one => one.PromptTokens - 144)), ("eos.tokens answer", answers.Sum(answer => answer.Ids.Count))],
            ((string Name, double Least) x) => Assert.True(told.GetValueOrDefault(x.Name) >= x.Least, $"{x.Name} is {told.GetValueOrDefault(x.Name)}, expected {x.Least}"));
    }

    // A queue whose batch begins when it is closed.
    private AnswerQueue Held(int maxWaiting = 100) =>
        new(model, new AnswerQueueOptions { MaxBatch = 50, MaxWait = TimeSpan.FromMinutes(1), MaxWaiting = maxWaiting });

    private static (IReadOnlyList<Visual> Images, string Question) Row(int i) => ([SampleImages.Of(i, 96)], Questions[i % Questions.Length]);

    private static QueuedAnswer Ask(AnswerQueue queue, int i, CancellationToken cancellation = default) =>
        queue.Ask(Row(i).Question, Row(i).Images, 8, cancellation: cancellation);

    private async Task AssertAnswered(IEnumerable<(int Row, QueuedAnswer Asked)> asked)
    {
        foreach (var (row, one) in asked)
            Assert.Equal(model.Generate([Row(row)], 8)[0].Ids, (await one.Completion.WaitAsync(TimeSpan.FromSeconds(30))).Ids);
    }

    private static void Enable(Instrument instrument, MeterListener to, string? name = null)
    {
        if (instrument.Meter.Name == "EosMLNet.Onnx" && (name is null || instrument.Name == name))
            to.EnableMeasurementEvents(instrument);
    }
}
