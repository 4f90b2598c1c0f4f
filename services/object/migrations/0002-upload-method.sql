-- How the data of an object is uploaded. Null: nobody was told how, so finishing the upload makes an empty object.

alter table object.objects add column upload_method text;
