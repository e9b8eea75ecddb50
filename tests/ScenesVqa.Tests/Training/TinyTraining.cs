using ScenesVqa.Training;

namespace ScenesVqa.Tests.Training;

/// <summary>What a training run has, in small: a backbone, its processor in a temporary folder, a few images of each size.</summary>
internal sealed class TinyTraining : IDisposable
{
    public TinyTraining(string name)
    {
        Backbone = Backbone.Of(name, Vocabulary.Size);
        var data = TrainingData.Drawn(1, Backbone);
        Images = [.. data.HeldOut.Take(4)];
        Processor = Backbone.SaveProcessor(data.HeldOut.SelectMany(image => image.Questions), Folder);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("training").FullName;

    public Backbone Backbone { get; }

    public VisionLanguageProcessor Processor { get; }

    public IReadOnlyList<ImageQuestions> Images { get; }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
