using Load.Measures;
using Microsoft.ML;

namespace Load.Kinds;

/// <summary>Sixteen threads on one transformer. Each has a prediction engine, and answers a table, streams and cancels now and then.</summary>
internal sealed class ThreadsLoad(AnsweringEngine engine) : LoadKind
{
    private const int Threads = 16, TableRows = 8;
    private const long CacheBytes = 4 << 20; // some dozen of the pictures: they come and go

    internal override string Name => engine == AnsweringEngine.Torch ? "threads-torch" : "threads-onnx";

    internal override string Does => $"{Threads} threads on one transformer, engine `{engine}`";

    internal override async Task RunAsync(LoadModel model, LoadTally tally, MemorySeries memory)
    {
        using var transformer = model.Fit(engine, CacheBytes);
        var expected = await model.ExpectAsync(transformer);
        memory.Begin(ProcessMemory.OfThisProcess);
        var threads = Enumerable.Range(0, Threads).Select(number => new Thread(() => Ask(new Random(number)))).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();

        void Ask(Random random)
        {
            using var single = model.Ml.VisionLanguage().CreatePredictionEngine<AskedRow, AnsweredRow>(transformer);
            while (!memory.Over.IsCancellationRequested)
            {
                var i = random.Next(expected.Length);
                try
                {
                    switch (random.Next(8))
                    {
                        case 0:
                            Table([.. Enumerable.Range(0, TableRows).Select(_ => random.Next(expected.Length))]);
                            break;
                        case 1:
                            tally.Compare(expected[i], string.Concat(Stream(i).ToBlockingEnumerable(CancellationToken.None)));
                            break;
                        case 2:
                            Cancel(i, TimeSpan.FromMilliseconds(random.Next(100)));
                            break;
                        default:
                            var row = new AskedRow { Image = model.Images[i], Question = model.Questions[i].Question };
                            tally.Compare(expected[i], single.Predict(row).PredictedAnswer);
                            break;
                    }
                }
                catch (Exception e)
                {
                    tally.Fault($"{e.GetType().Name}: {e.Message}");
                }
            }
        }

        IAsyncEnumerable<string> Stream(int i) => transformer.StreamAsync([model.Images[i]], model.Questions[i].Question, CancellationToken.None);

        void Table(int[] numbers)
        {
            var answered = transformer.Transform(model.Rows(numbers));
            foreach (var (place, row) in model.Ml.Data.CreateEnumerable<AnsweredRow>(answered, reuseRowObject: false).Index())
                tally.Compare(expected[numbers[place]], row.PredictedAnswer);
        }

        void Cancel(int i, TimeSpan after)
        {
            using var cancelled = new CancellationTokenSource(after);
            try
            {
                tally.Compare(expected[i],
                    transformer.AnswerAsync([model.Images[i]], model.Questions[i].Question, cancelled.Token).GetAwaiter().GetResult().Text);
            }
            catch (OperationCanceledException)
            {
                tally.Refused();
            }
        }
    }
}
