namespace ScenesVqa.Tests;

public sealed class DatasetWriterTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("scenes").FullName;

    [Fact]
    public void Splits_share_no_image_and_read_back()
    {
        DatasetWriter.Write(folder, seed: 2, train: 30, validation: 10, test: 20);
        var splits = new[] { "train", "validation", "test" }.Select(s => VqaDataset.LoadTsv(Path.Combine(folder, s + ".tsv"), Path.Combine(folder, "images"))).ToList();
        Assert.Equal([30, 10, 20], splits.Select(s => s.Images.Count));
        Assert.Equal(60, splits.SelectMany(s => s.Images).Cast<RgbImage>().Select(p => Convert.ToHexString(p.Pixels.Span)).Distinct().Count());
        var drawn = DatasetWriter.Distinct(2).First();
        Assert.Equal(drawn.Scene.Pixels, ((RgbImage)splits[0].Images[0]).Pixels.ToArray());
        Assert.Equal(drawn.Questions.Select(q => (q.Text, q.Answer, q.Family)), splits[0].Examples.Where(e => e.Images[0] == 0).Select(e => (e.Question, e.Answer, e.Family)));
    }

    [Fact]
    public void The_same_seed_writes_the_same_files()
    {
        var (first, second) = (Path.Combine(folder, "a"), Path.Combine(folder, "b"));
        DatasetWriter.Write(first, seed: 7, train: 3, validation: 1, test: 1);
        DatasetWriter.Write(second, seed: 7, train: 3, validation: 1, test: 1);
        var files = Directory.GetFiles(first, "*", SearchOption.AllDirectories);
        Assert.Equal(8, files.Length);
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(second, Path.GetRelativePath(first, file)))));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
