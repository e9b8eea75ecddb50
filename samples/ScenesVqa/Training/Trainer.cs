using EosMLNet.LibTorch;
using EosMLNet.Models;
using EosMLNet.Tensors;

namespace ScenesVqa.Training;

/// <summary>Trains <c>scenes-llava</c> or <c>scenes-qwen</c>: the tower first, then the whole model on questions.</summary>
internal static class Trainer
{
    // The tower's share of a run; scenes come with dense labels, other people's images do not.
    private const int TowerPercent = 15;
    private const int VocabularyImages = 500;

    public static void Run(Arguments options)
    {
        TorchRuntime.EnsureLoaded();
        var (folder, seed, resume) = (options.Text("out"), options.Number("seed", 1), options.Optional("resume"));
        var (drawn, batch) = (options.Optional("data") is null, options.Number("batch", 32));
        var backbone = Backbone.Of(options.Optional("model") ?? "llava", drawn ? Vocabulary.Size : Vocabulary.TextSize);
        var data = drawn ? TrainingData.Drawn(seed, backbone.ImageSizes) : TrainingData.Read(options.Text("data"), options.Text("images"), seed);
        using var log = new TrainingLog(folder);
        var processor = resume is null
            ? backbone.SaveProcessor(data.Training.Take(VocabularyImages).SelectMany(p => p.Questions), folder)
            : backbone.CopyProcessor(resume, folder);
        using var decoder = options.Optional("decoder") is { } start ? new TrainedDecoder(start, folder) : null;
        using var model = backbone.Create(seed, resume, decoder);
        log.Write($"{model.Weights.Sum(w => w.Value.numel())} parameters");
        void Save() => backbone.Save(model, folder);

        var towerShare = drawn ? options.Number("tower-percent", resume is null ? TowerPercent : 0) / 100.0 : 0;
        using var tower = drawn
            ? new TowerTrainer(model, backbone, processor.Images, log, TrainingData.Stream(seed, 1), TrainingData.Stream(seed, 2))
            { BatchSize = batch * 3 / 2 } : null;
        if (towerShare > 0)
            tower?.Run(Limit(options, towerShare), Save);
        var joint = new JointTrainer(model, processor, log, tower) { BatchSize = batch };
        joint.Run(data.Training.Skip(VocabularyImages + options.Number("skip", 0)), data.HeldOut, Limit(options, 1 - towerShare), Save);
        Save();

        using var shipped = VisionLanguageModel.Load(folder, ModelDataType.Float32); // measured as it is written, rounded to bfloat16
        var evaluation = new JointTrainer(shipped, processor, log, tower: null);
        foreach (var size in data.Final.GroupBy(image => new ImageSize(image.Image.Height, image.Image.Width)).Where(_ => backbone.ImageSizes.Count > 1))
            log.Write($"final, images of {size.Key}: {evaluation.Evaluate([.. size])}");
        var final = evaluation.Evaluate(data.Final);
        log.Write($"final: {final}");
        Metrics.Save(final, folder);
    }

    private static Budget Limit(Arguments options, double share) => options.Optional("steps") is null
        ? new Budget(null, TimeSpan.FromMinutes(options.Number("minutes", 60) * share))
        : new Budget((int)(options.Number("steps", 0) * share), null);
}
