using EosMLNet.LibTorch;
using EosMLNet.Models;
using EosMLNet.Tensors;

namespace ScenesVqa.Training;

/// <summary>Trains <c>scenes-llava</c>: the tower first, then the whole model on questions.</summary>
internal static class Trainer
{
    // The tower's share of a run; scenes come with dense labels, other people's images do not.
    private const int TowerPercent = 15;
    private const int VocabularyImages = 500;

    public static void Run(Arguments options)
    {
        TorchRuntime.EnsureLoaded();
        var (folder, seed, resume) = (options.Text("out"), options.Number("seed", 1), options.Optional("resume"));
        var drawn = options.Optional("data") is null;
        var data = drawn ? TrainingData.Drawn(seed) : TrainingData.Read(options.Text("data"), options.Text("images"), seed);
        using var log = new TrainingLog(folder);
        var config = BaseModel.Config(data.VocabularySize);
        var processor = resume is null
            ? CheckpointFolder.SaveProcessor(config, data.Training.Take(VocabularyImages).SelectMany(p => p.Questions), folder)
            : CheckpointFolder.CopyProcessor(config, resume, folder);
        using var model = BaseModel.Create(config, seed, resume);
        log.Write($"{model.Weights.Sum(w => w.Value.numel())} parameters");
        void Save() => CheckpointFolder.Save(model, folder);

        var towerShare = drawn ? options.Number("tower-percent", resume is null ? TowerPercent : 0) / 100.0 : 0;
        using var tower = drawn ? new TowerTrainer(model, (ClipImageProcessor)processor.Images, log, TrainingData.Stream(seed, 1), TrainingData.Stream(seed, 2)) : null;
        if (towerShare > 0)
            tower?.Run(Limit(options, towerShare), Save);
        var joint = new JointTrainer(model, processor, log, tower);
        joint.Run(data.Training.Skip(VocabularyImages), data.HeldOut, Limit(options, 1 - towerShare), Save);
        Save();

        using var shipped = LlavaModel.Load(folder, ModelDataType.Float32); // measured as it is written, rounded to bfloat16
        var final = new JointTrainer(shipped, processor, log, tower: null).Evaluate(data.Final);
        log.Write($"final: {final}");
        Metrics.Save(final, folder);
    }

    private static Budget Limit(Arguments options, double share) => options.Optional("steps") is null
        ? new Budget(null, TimeSpan.FromMinutes(options.Number("minutes", 60) * share))
        : new Budget((int)(options.Number("steps", 0) * share), null);
}
