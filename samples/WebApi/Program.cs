var app = WebApi.Api.Create(args);
app.Run();
