using EosMLNet.Models;
using EosMLNet.Tensors;
using PhotoMosaics.Mosaics;
using PhotoMosaics.Training;
using ScenesVqa.Training;
using static TorchSharp.torch;

namespace PhotoMosaics.Tests.Training;

public sealed class MosaicBackboneTests : IDisposable
{
    private readonly PhotoFolder photos = new();
    private readonly string folder = Directory.CreateTempSubdirectory("backbone").FullName;

    [Fact]
    public void The_tower_of_photographs_sees_in_a_mosaic_mostly_what_it_sees_alone()
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        var (album, images) = (photos.Album, ClipImageProcessor.Default(Photo.Side));
        var filters = PatchWhitening.Of(MosaicData.HeldOut(album, MosaicBackbone.Patch), images, MosaicBackbone.Patch);
        var alone = new PhotoBackbone(filters);
        using var single = alone.Create(seed: 1, resume: null);
        alone.Save(single, folder);
        using var saved = Checkpoint.Open(folder);
        using var whole = new MosaicBackbone(Vocabulary.Size, saved).Create(seed: 2, resume: null);
        var mosaic = new MosaicStream(album, seed: 1).Compose(0);
        var states = Feature(whole, ClipImageProcessor.Default(Mosaic.Side), mosaic.ToImage()).view(Mosaic.Grid, 4, Mosaic.Grid, 4, -1).transpose(1, 2)
            .reshape(Mosaic.Cells, 16, -1);

        alone.BeforeTowerStep(single, step: 6); // at row 1, column 2
        var seen = Enumerable.Range(0, Mosaic.Cells).Select(cell =>
            Feature(single, images, new RgbImage(Photo.Side, Photo.Side, mosaic.Photos[cell].Pixels)).squeeze(0)).ToArray();
        double Likeness(int inMosaic, int photo) => nn.functional.cosine_similarity(states[inMosaic], seen[photo], dim: 1, eps: 1e-8).mean().item<float>();
        Assert.InRange(Likeness(6, 6), 0.9, 1.001);
        Assert.All(Enumerable.Range(0, Mosaic.Cells).Where(cell => mosaic.Photos[cell].Class != mosaic.Photos[6].Class),
            other => Assert.True(Likeness(6, 6) > Likeness(6, other)));
    }

    private static Tensor Feature(VisionLanguageModel model, ClipImageProcessor images, RgbImage image)
    {
        using var taps = new Taps("vision.feature");
        model.EncodeImages(images.ToInput([image]), taps.Receive);
        return taps["vision.feature"]!.alias();
    }

    public void Dispose()
    {
        photos.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
