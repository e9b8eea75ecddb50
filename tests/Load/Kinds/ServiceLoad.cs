using Load.Measures;
using Microsoft.ML;

namespace Load.Kinds;

/// <summary>
/// A host that loads models and lets go of them: from a folder and from a zip, with both engines in turn. Some threads ask each before it goes.
/// </summary>
internal sealed class ServiceLoad : LoadKind
{
    private const int Threads = 4, QuestionsEach = 4;

    private static readonly AnsweringEngine[] Engines = [AnsweringEngine.Torch, AnsweringEngine.Onnx];

    internal override string Name => "service";

    internal override string Does => "a host that loads a model, asks it, and lets go of it, with both engines";

    internal override async Task RunAsync(LoadModel model, LoadTally tally, MemorySeries memory)
    {
        var (zips, expected) = (new string[Engines.Length], new string[Engines.Length][]);
        foreach (var (i, engine) in Engines.Index())
        {
            using var transformer = model.Fit(engine);
            expected[i] = await model.ExpectAsync(transformer);
            zips[i] = Path.Combine(model.Folder, $"{engine}.zip");
            model.Ml.Model.Save(transformer, model.Rows([]).Schema, zips[i]);
        }
        memory.Begin(ProcessMemory.OfThisProcess);
        for (var round = 0; !memory.Over.IsCancellationRequested; round++)
        {
            var engine = round % Engines.Length;
            using var transformer = round / Engines.Length % 2 == 0
                ? model.Fit(Engines[engine])
                : model.Ml.VisionLanguage().LoadAnswering(zips[engine]);
            var first = round * Threads * QuestionsEach;
            await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => AskAsync(transformer, expected[engine], first + thread * QuestionsEach)));
            tally.Loaded();
        }

        async Task AskAsync(VisionLanguageTransformer transformer, string[] answers, int from)
        {
            for (var n = from; n < from + QuestionsEach; n++)
            {
                var i = n % answers.Length;
                tally.Compare(answers[i], (await transformer.AnswerAsync([model.Images[i]], model.Questions[i].Question)).Text);
            }
        }
    }
}
