global using PhotoMosaics.Photos;
