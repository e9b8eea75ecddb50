using ScenesVqa;

namespace Benchmarks.Speed;

/// <summary>Freshly drawn images with questions, in a temporary folder that goes with it.</summary>
internal sealed class SampleQuestions : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("eos-speed-").FullName;

    internal SampleQuestions(int images)
    {
        DatasetWriter.Write(folder, seed: 3004, images, 1, 1);
        Data = VqaDataset.LoadTsv(Path.Combine(folder, "train.tsv"), Path.Combine(folder, "images"));
    }

    internal VqaDataset Data { get; }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
