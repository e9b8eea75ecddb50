using ScenesVqa;
using ScenesVqa.Scenes;

namespace PhotoMosaics.Tests;

/// <summary>A temporary folder tree of noisy pictures, all different, each class of a colour of its own.</summary>
internal sealed class PhotoFolder : IDisposable
{
    public static readonly string[] Classes = ["apple", "leaf", "sea"];

    public PhotoFolder(int pictures = 40, int width = Photo.Side, int height = Photo.Side)
    {
        foreach (var (i, name) in Classes.Index())
            Add(name, pictures, i, width, height);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("photos").FullName;

    public PhotoAlbum Album => PhotoAlbum.Read(Folder);

    public void Add(string name, int pictures, int channel = 0, int width = Photo.Side, int height = Photo.Side)
    {
        Directory.CreateDirectory(Path.Combine(Folder, name));
        for (var i = 0; i < pictures; i++)
        {
            var random = SceneRandom.For(channel, i);
            byte[] pixels = [.. Enumerable.Range(0, width * height * 3).Select(at => (byte)(at % 3 == channel ? random.Next(160, 256) : random.Next(0, 96)))];
            File.WriteAllBytes(Path.Combine(Folder, name, $"{i:d3}.png"), DatasetWriter.EncodePng(width, height, pixels));
        }
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
