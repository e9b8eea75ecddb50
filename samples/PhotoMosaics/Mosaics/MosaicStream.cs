using PhotoMosaics.Photos;
using PhotoMosaics.Questions;
using ScenesVqa.Questions;
using ScenesVqa.Scenes;

namespace PhotoMosaics.Mosaics;

/// <summary>Composes mosaics of an album's photographs. The same album, seed and index give the same mosaic on every machine.</summary>
/// <param name="album">The photographs.</param>
/// <param name="seed">The stream's seed.</param>
public sealed class MosaicStream(PhotoAlbum album, int seed)
{
    // In every other mosaic one class is favoured, so that counts differ.
    private const double Favoured = 0.5;

    /// <summary>Mosaic <paramref name="index"/> of the stream.</summary>
    public Mosaic Compose(long index)
    {
        var random = SceneRandom.For(seed, index);
        int? favourite = random.Chance(0.5) ? random.Next(album.Classes.Count) : null;
        var photos = new List<Photo>(Mosaic.Cells);
        while (photos.Count < Mosaic.Cells)
        {
            var photo = random.Pick(album.Photos[favourite is { } f && random.Chance(Favoured) ? f : random.Next(album.Classes.Count)]);
            if (!photos.Contains(photo, ReferenceEqualityComparer.Instance) || album.Photos.Sum(p => p.Count) < 2 * Mosaic.Cells)
                photos.Add(photo);
        }
        return new(photos);
    }

    /// <summary>What is asked about it.</summary>
    /// <param name="index">The mosaic's number.</param>
    /// <param name="mosaic">The mosaic.</param>
    /// <param name="round">Other questions for each number.</param>
    public List<SceneQuestion> Ask(long index, Mosaic mosaic, long round = 0) =>
        new MosaicQuestions(album.Classes).Ask(mosaic, Random(index, round));

    /// <summary>What is in each of its places, in another order for each round.</summary>
    public List<SceneQuestion> AskPlaces(long index, Mosaic mosaic, long round) =>
        [.. new MosaicQuestions(album.Classes).Places(mosaic, Random(index, round))];

    private SceneRandom Random(long index, long round) => SceneRandom.For(seed, index + (round << 32), purpose: 1);
}
