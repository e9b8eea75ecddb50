using PhotoMosaics.Mosaics;
using PhotoMosaics.Photos;
using ScenesVqa.Scenes;
using ScenesVqa.Training;

namespace PhotoMosaics.Training;

/// <summary>What a run trains on and is measured on.</summary>
internal static class MosaicData
{
    // A decoder that knows nothing yet does not find one token among hundreds. So a photograph is one token first, and in the first stage only
    // places are asked for; then it has all its tokens.
    private const int OnlyPlaces = 0, CellsOfPhoto = Photo.Side / MosaicBackbone.Patch;

    private static readonly SeenStage[] Stages = [new(0.1, CellsOfPhoto), new(0.5, CellsOfPhoto), new(0.1, CellsOfPhoto / 2), new(0.3)];

    private const int HeldOutImages = 64, FinalImages = 400, HeldOutPhotos = 1000;

    /// <summary>Mosaics composed on the fly: the photographs of training are never twice the same.</summary>
    /// <param name="photos">What is trained on.</param>
    /// <param name="unseen">What is measured on.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="cell">Pixels on each side of a visual token.</param>
    public static TrainingData Mosaics(PhotoAlbum photos, PhotoAlbum unseen, int seed, int cell) => new(
        Stream(photos, TrainingData.Stream(seed, 1), cell, varied: true), [.. Stream(unseen, TrainingData.Stream(seed, 2), cell).Take(HeldOutImages)],
        [.. Stream(unseen, TrainingData.Stream(seed, 3), cell).Take(FinalImages)])
    { SeenStages = Stages };

    /// <summary>Photographs alone, in random order, without end.</summary>
    public static IEnumerable<ImageQuestions> Photos(PhotoAlbum photos, int seed, int cell)
    {
        Photo[] all = [.. photos.Photos.SelectMany(photo => photo)];
        for (var epoch = 0L; ; epoch++)
        {
            var random = SceneRandom.For(TrainingData.Stream(seed, 1), epoch, purpose: 2);
            foreach (var at in random.Permutation(all.Length))
                yield return Alone(Augmentation.Of(all[at], random), cell);
        }
    }

    /// <summary>Some photographs as they are, as many of each class.</summary>
    public static IReadOnlyList<ImageQuestions> HeldOut(PhotoAlbum photos, int cell) =>
        [.. photos.Photos.SelectMany(photo => photo.Take(HeldOutPhotos / photos.Classes.Count)).Select(photo => Alone(photo, cell))];

    private static ImageQuestions Alone(Photo photo, int cell) => new(new RgbImage(Photo.Side, Photo.Side, photo.Pixels), [],
        MosaicTower.LabelsOf(photo, Photo.Side / cell * (Photo.Side / cell)));

    private static IEnumerable<ImageQuestions> Stream(PhotoAlbum photos, int seed, int cell, bool varied = false)
    {
        var stream = new MosaicStream(photos, seed);
        for (var index = 0L; ; index++)
        {
            var mosaic = stream.Compose(index);
            if (varied)
            {
                var random = SceneRandom.For(seed, index, purpose: 3);
                mosaic = new([.. mosaic.Photos.Select(photo => Augmentation.Of(photo, random))]);
            }
            var number = index;
            yield return new(mosaic.ToImage(), stream.Ask(index, mosaic), MosaicTower.LabelsOf(mosaic, photos.Classes.Count, Photo.Side / cell),
                (stage, round) => stage == OnlyPlaces ? stream.AskPlaces(number, mosaic, round + 1) : stream.Ask(number, mosaic, round + 1));
        }
    }
}
